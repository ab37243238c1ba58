"""Benchmarks: comparisons within one run, printed as ratios; `python -m bench [NAME …]`."""
