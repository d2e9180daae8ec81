"""The service as its clients see it."""

import molt_accel
import pytest
from client import total
from orders import Item, Total


def test_an_order_is_added_up(molt_worker):
    assert total([Item("tea", 450, 2), Item("cup", 1290, 1)]) == Total(items=3, net=2190, tax=438, gross=2628)
    assert total([]) == Total(0, 0, 0, 0)


def test_negative_counts_are_refused(molt_worker):
    with pytest.raises(ValueError, match="tea: counts and prices are not negative"):
        total([Item("tea", 450, -1)])


def test_arguments_are_checked_before_they_are_sent(molt_worker):
    with pytest.raises(molt_accel.InvalidInput, match=r"total.items\[0\].price: expected int, got str"):
        total([Item("tea", "450", 2)])
    assert molt_worker.calls == []
