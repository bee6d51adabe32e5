"""How we refuse: where, what, and what to do, in the reader's language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what somebody gave us. Lines count from 1, the header being line 1."""

    reason: str
    line: int | None = None
    column: str | None = None
    value: str | None = None

    @property
    def is_about_a_value(self):
        """Then another value mends it; merged cells or cells too many must be mended in the file."""
        return self.value is not None

    def as_dict(self):
        return {
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "reason": str(self.reason),
        }


class Refused(Exception):
    """The input can't be taken; nothing was written. Carries every reason."""

    def __init__(self, problems: str | list[Problem]):
        self.problems = problems if isinstance(problems, list) else [Problem(problems)]
        super().__init__(" ".join(str(problem.reason) for problem in self.problems[:3]))
