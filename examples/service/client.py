"""Calls the service: `python client.py`."""

import os

import orders
from molt_accel import molt_offload

total = molt_offload(socket=os.environ.get("MOLT_SOCKET", "molt.sock"), deadline=1.0)(orders.total)

if __name__ == "__main__":
    print(total([orders.Item("tea", 450, 2), orders.Item("cup", 1290, 1)]))
    try:
        total([orders.Item("tea", 450, -1)])
    except ValueError as error:
        print(f"refused: {error.args[0]}")
