"""run(scenario) -> Trace: student code and a scenario, once, on a fresh loop in a fresh thread."""

from __future__ import annotations

import inspect
import threading

from asynclab import clock, messages
from asynclab.performance import Performance
from asynclab.stage import current_stage, recorded, rejected, replayed
from asynclab.trace import Trace

__all__ = ["DEFAULT_SEED", "recorded", "rejected", "replayed", "run"]

DEFAULT_SEED = 11

_turn = threading.Lock()


def run(
    scenario,
    *,
    seed=None,
    horizon=3600.0,
    wall_limit=10.0,
    latency=0.0,
    bandwidth=None,
    shuffle=None,
) -> Trace:
    """Run `async def scenario(world)` in the closed world and return what happened.

    seed: for `world.random` and the global `random`; by default the grading job's, else DEFAULT_SEED.
    horizon: virtual seconds after which the run ends with the verdict "horizon".
    wall_limit: real seconds (see Patience) after which the run is stopped (verdict "stopped").
    latency: seconds one way, bandwidth: bytes per second and direction, of the in-memory network.
    shuffle: a seed that permutes tasks that are ready at the same moment.

    Never raises for what student code does: that is in the trace. Raises TypeError where
    `scenario` is not a coroutine function or an option no number, RuntimeError within another
    run. Runs of several threads take turns.
    """
    stage = current_stage()
    if stage is not None and stage.replays:
        return stage.next_trace(scenario, seed)
    if not inspect.iscoroutinefunction(scenario):
        if inspect.iscoroutine(scenario):
            scenario.close()
        raise TypeError(messages.not_a_scenario(scenario))
    loop = clock.current_loop()
    if loop is not None and not loop.hosts_runs:
        raise RuntimeError(messages.nested_run())
    _require_numbers(horizon=horizon, wall_limit=wall_limit, latency=latency)
    if seed is None:
        seed = DEFAULT_SEED if stage is None else stage.seed
    options = {"horizon": horizon, "latency": latency, "bandwidth": bandwidth, "shuffle": shuffle}
    with _turn:
        performance = Performance(scenario, seed, wall_limit, options, hidden=stage is not None)
        trace = performance.give()
    if stage is not None:
        stage.traces.append(trace)
    return trace


def _require_numbers(**options):
    for name, value in options.items():
        if type(value) not in (int, float) or value != value:
            raise TypeError(messages.not_seconds(name, value))
