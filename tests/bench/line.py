"""One line of the table."""
import dataclasses


@dataclasses.dataclass
class Line:
    work: str
    program: str
    cost: object = None   # measurement.Cost
    figure: str = ""      # the ratio, share or rate that the goal is about
    goal: str = ""
    met: object = None    # True, False, or None where there is no goal
    remarks: list = dataclasses.field(default_factory=list)


def shape(cohort):
    return f"{cohort.samples:,} x {cohort.variants:,}"
