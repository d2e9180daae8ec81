# random: functions of one shared generator; the generator itself is in _random.py.

from _random import Random

_shared = Random()


def seed(a=None):
    _shared.seed(a)


def random():
    return _shared.random()


def getrandbits(k):
    return _shared.getrandbits(k)


def randrange(start, stop=None, step=1):
    return _shared.randrange(start, stop, step)


def randint(a, b):
    return _shared.randint(a, b)


def choice(seq):
    return _shared.choice(seq)


def choices(population, weights=None, *, cum_weights=None, k=1):
    return _shared.choices(population, weights, cum_weights=cum_weights, k=k)


def shuffle(x):
    _shared.shuffle(x)


def sample(population, k):
    return _shared.sample(population, k)


def uniform(a, b):
    return _shared.uniform(a, b)


def gauss(mu=0.0, sigma=1.0):
    return _shared.gauss(mu, sigma)


def expovariate(lambd=1.0):
    return _shared.expovariate(lambd)


def triangular(low=0.0, high=1.0):
    return _shared.triangular(low, high)
