"""German as Django has it, with a comma between day and hour."""

DATETIME_FORMAT = "j. F Y, H:i"
