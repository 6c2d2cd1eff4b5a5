"""A scenario that cannot be played on this machine."""


class Skipped(Exception):
    """Says why not."""
