"""Pools: where grading jobs run, processes of this computer or a dask.distributed cluster."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import sys
import time
from concurrent.futures import Executor, ProcessPoolExecutor

from asynclab import isolation
from asynclab.errors import CommandError
from asynclab.grading import parents

__all__ = ["ClusterExecutor", "distributed_pool", "local_pool", "warm_up"]

# Seconds without any worker after which none is expected any more; what watches over one starts it
# again within a few.
NOBODY_SECONDS = 60.0


def warm_up() -> bool:
    """Begin to import, beside this process, what all workers need; False where that can't be had here."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return False
    from multiprocessing import forkserver, resource_tracker

    forkserver.set_forkserver_preload(["asynclab.grading.worker"])
    # Starting this one unblocks SIGINT, so it comes first.
    resource_tracker.ensure_running()
    # The fork server inherits this: Ctrl+C is for the grader, and during its imports the server
    # would show where it was.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return True


def local_pool(workers, scratch, mode="sandbox"):
    """A pool of fresh processes: a fork of this one would carry nbgrader's gradebook and open files along.

    scratch: the folder for whatever they write in between; mode: of the warm parent that they share,
    "sandbox" or "trusted"; None where they run no student code.
    """
    context = multiprocessing.get_context("forkserver" if warm_up() else "spawn")
    shares = mode is not None and sys.platform == "linux"
    shared = {mode: parents.start(mode).control} if shares else {}
    reader, writer = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        workers,
        mp_context=context,
        initializer=_prepare_worker,
        initargs=(str(scratch), reader, shared),
    )
    # Closed by the system however this process ends, and with the pool.
    pool.sign_of_life = writer
    return pool


def _prepare_worker(scratch, grader, shared):
    from asynclab.grading import worker

    worker.prepare(scratch, grader, shared)


def distributed_pool(address, *, sandbox=True):
    """(function that makes an executor, number of threads) of a dask.distributed cluster.

    Raises CommandError where the package is missing, nobody answers at the address, or, with
    `sandbox`, one of the workers has no asynclab or can't shut student code in.
    """
    try:
        from distributed import Client
    except ImportError:
        raise CommandError(NO_DISTRIBUTED, exit_code=2) from None
    _silence("asyncio", "distributed", "tornado")
    try:
        client = Client(address, timeout="10s")
        width = sum(client.nthreads().values())
    except (OSError, ValueError, TimeoutError) as error:
        raise CommandError(
            NO_SCHEDULER.format(address=address, reason=error), exit_code=2
        ) from None
    if not width:
        client.close()
        raise CommandError(NO_WORKERS.format(address=address), exit_code=2)
    if sandbox:
        for worker, obstacle in client.run(isolation.obstacle, on_error="return").items():
            if isinstance(obstacle, Exception):
                client.close()
                raise CommandError(NO_ASYNCLAB.format(worker=worker, reason=obstacle))
            if obstacle:
                remedy = client.run(isolation.remedy, workers=[worker])[worker]
                client.close()
                raise CommandError(
                    NO_SANDBOX.format(worker=worker, obstacle=obstacle, remedy=remedy)
                )
    return lambda scratch: ClusterExecutor(client, address), width


def _silence(*packages):
    """What they log when a worker or the scheduler is lost is no news for a person: the engine sees to it."""
    for name in {*packages, *logging.root.manager.loggerDict}:
        # distributed gives some of its loggers a level of their own, which the package's doesn't reach.
        if name.partition(".")[0] in packages:
            logging.getLogger(name).setLevel(logging.CRITICAL)


class ClusterExecutor(Executor):
    """A cluster, ended like any other executor; dask's own knows no `cancel_futures`.

    client: a dask.distributed one that is connected; address: what a person calls its scheduler.
    """

    def __init__(self, client, address):
        self._client, self._address = client, address
        self._executor = client.get_executor(pure=False)
        self._nobody_since = None

    def submit(self, function, /, *args):
        """A future of what a worker makes of it. Raises CommandError where the client has given up its scheduler."""
        try:
            return self._executor.submit(function, *args)
        except Exception:
            self._require_scheduler()
            raise

    def shutdown(self, wait=True, *, cancel_futures=False):
        """Let go of the cluster; what has not begun is not done where nobody waits for it."""
        # Where the scheduler is gone, there is nobody to tell.
        if self._client.status == "running":
            self._executor.shutdown(wait=wait and not cancel_futures)

    def look(self):
        """Raises CommandError where nothing will be done any more: no scheduler, or for a while no worker."""
        self._require_scheduler()
        try:
            workers = self._client.nthreads()
        except Exception as error:
            # It is looking for its scheduler; where it gives up just now, parts of it are gone already.
            if isinstance(error, OSError) or self._client.status != "running":
                return
            raise
        now = time.monotonic()
        self._nobody_since = None if workers else self._nobody_since or now
        if not workers and now - self._nobody_since >= NOBODY_SECONDS:
            raise CommandError(WORKERS_GONE.format(address=self._address))

    def _require_scheduler(self):
        if self._client.status == "closed":
            raise CommandError(SCHEDULER_GONE.format(address=self._address))


NO_DISTRIBUTED = (
    "Paket `distributed` belum terpasang. Pasang dengan: pip install -r requirements-cluster.txt"
)
NO_SCHEDULER = "Tidak ada penjadwal yang menjawab di {address} ({reason}). Periksa alamatnya, atau nilai tanpa --scheduler."
NO_ASYNCLAB = (
    "Pekerja {worker} tidak dapat memakai asynclab ({reason}), jadi tidak ada yang dinilai: pasang paket "
    "yang sama di sana, nyalakan ulang pekerja itu, lalu ulangi perintah yang sama."
)
NO_SANDBOX = (
    "Kode mahasiswa tidak dapat diisolasi di pekerja {worker} ({obstacle}), jadi tidak ada yang dinilai: "
    "di komputer itu, {remedy}, atau hentikan pekerja itu."
)
NO_WORKERS = "Penjadwal di {address} belum punya pekerja. Jalankan `dask worker {address}` dahulu."
SCHEDULER_GONE = (
    "Penjadwal di {address} berhenti di tengah penilaian. Yang sudah dinilai tersimpan: "
    "nyalakan lagi penjadwalnya, lalu ulangi perintah yang sama untuk sisanya."
)
WORKERS_GONE = (
    "Penjadwal di {address} tidak punya pekerja lagi. Yang sudah dinilai tersimpan: jalankan "
    "`dask worker {address}`, lalu ulangi perintah yang sama untuk sisanya."
)
