"""Which function does which kind of run of this app."""
