"""How a command ends early: through every `finally` and context manager, whatever asked for it."""

import signal


def stop_on_signals() -> None:
    """Also on SIGINT when a shell's `&` would have us ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)


def _leave(number, frame):
    raise SystemExit(0 if number == signal.SIGTERM else 128 + number)


def ignore_signals() -> None:
    """A second Ctrl-C must not cut the orderly end short."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
