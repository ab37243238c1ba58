"""Checks by which the course proves itself: pure functions that yield problems, each with its remedy."""

__all__ = []
