"""Where jobs run: one pool for all assignments."""

from asynclab.grading.pools import KeptPools


class Pool:
    """An executor that only remembers what is asked of it."""

    def __init__(self, record):
        self.record = record

    def submit(self, *job):
        self.record.append(job)

    def shutdown(self, wait=True, cancel_futures=False):
        self.record.append("dropped" if cancel_futures else "closed")


def test_one_pool_serves_all_assignments_until_it_breaks():
    """Its workers are kept from one assignment to the next; one that is given up is replaced by a new one."""
    record = []
    pools = KeptPools(lambda scratch: record.append(scratch) or Pool(record))
    for name in "ab":
        pool = pools.give("folder")
        pool.submit(name)
        pool.shutdown()
    pool.shutdown(wait=False, cancel_futures=True)
    pools.give("folder").submit("c")
    pools.close()

    assert record == ["folder", ("a",), ("b",), "dropped", "folder", ("c",), "closed"]
