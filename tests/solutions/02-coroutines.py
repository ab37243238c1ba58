# ruff: noqa: F821 - these are cells of the lesson
# %% exercise-1
async def total_price(price_of, quantity_of, item):
    price = await price_of(item)
    quantity = await quantity_of(item)
    return price * quantity


# %% exercise-2
async def retry(fetch, attempts):
    for attempt in range(1, attempts + 1):
        try:
            return await fetch()
        except ConnectionError:
            if attempt == attempts:
                raise


# %% exercise-3
def timer(seconds, value):
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(seconds, future.set_result, value)
    return future
