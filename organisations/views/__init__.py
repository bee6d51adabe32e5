"""Pages about who takes part: `home`, `programme` (officers), `people` (HR), `invitations`, `tokens`."""
