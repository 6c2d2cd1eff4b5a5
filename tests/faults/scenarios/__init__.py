"""What can happen to a lab: each scenario is a function of a Trial. Their names are what tests/faults/run takes."""
from . import clients, crash, network, operation, resources
from .skipped import Skipped  # noqa: F401

ALL = {}
for module in (crash, network, resources, clients, operation):
    ALL.update(module.SCENARIOS)
