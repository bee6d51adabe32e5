"""What the eight levels mean, in words. Pix and DigComp use the same eight steps.

After the dimensions of DigComp 2.1 (JRC106281): how complex the task is, how independently it is done, and what the
mind does. The wording is ours.
"""

from django.utils.translation import gettext_lazy as _

MEANINGS = {
    0: _("I have not reached the first level yet."),
    1: _("I do simple tasks with guidance."),
    2: _("I do simple tasks on my own, with guidance where I need it."),
    3: _("I do routine tasks on my own and solve clear problems."),
    4: _("I do other tasks too, by my own needs, and solve problems that are new to me."),
    5: _("I do various tasks, choose between ways, and guide others."),
    6: _("I choose the best way in complex situations and adapt to what others need."),
    7: _("I solve complex problems with few solutions and contribute to how others work."),
    8: _("I solve complex problems with many factors and bring new ideas to the field."),
}
BANDS = {
    (1, 2): _("novice"),
    (3, 4): _("independent"),
    (5, 6): _("advanced"),
    (7, 8): _("expert"),
}


def band_of(level: int | None) -> str:
    """The name of a level's band; empty for level 0 and for what was not measured."""
    return next((str(name) for (low, high), name in BANDS.items() if level and low <= level <= high), "")
