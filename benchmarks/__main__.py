"""Runs the benchmarks named, or all of them; fails when one is further from its floor than its limit."""

import importlib
import os
import pkgutil
import sys
from types import ModuleType

import django

import benchmarks
from benchmarks.measurement import Measurement

COLUMNS = "{:<44} {:>9} {:>9} {:>7} {:>7} {:>8}  {}"


def all_names() -> list[str]:
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    return [name for name in names if name not in ("__main__", "measurement")]


def line(benchmark: ModuleType, measured: Measurement) -> str:
    peak = "" if measured.peak_megabytes is None else f"{measured.peak_megabytes:.0f}"
    return COLUMNS.format(
        benchmark.TITLE,
        f"{measured.seconds:.2f}",
        f"{measured.floor_seconds:.2f}",
        f"{measured.ratio:.2f}",
        f"{benchmark.LIMIT:.1f}",
        peak,
        measured.note,
    ).rstrip()


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(all_names()))
    if unknown:
        print(
            f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(all_names())}.",
            file=sys.stderr,
        )
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pilot.settings")
    django.setup()
    print(COLUMNS.format("benchmark", "seconds", "floor", "ratio", "limit", "peak MB", "").rstrip())
    too_slow = []
    for name in names or all_names():
        benchmark = importlib.import_module(f"benchmarks.{name}")
        measured = benchmark.run()
        print(line(benchmark, measured), flush=True)
        if measured.ratio > benchmark.LIMIT:
            too_slow.append(benchmark.TITLE)
    if too_slow:
        print(f"Further from the floor than allowed: {', '.join(too_slow)}.", file=sys.stderr)
    return 1 if too_slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
