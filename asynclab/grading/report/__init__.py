"""The instructor's report: what the gradebook and the graded notebooks say of a class, as one page."""

__all__ = []
