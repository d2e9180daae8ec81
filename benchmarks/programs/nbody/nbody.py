"""Five bodies under gravity, advanced by a symplectic step: float fields of objects."""

import math

SOLAR_MASS = 4.0 * math.pi * math.pi
DAYS_PER_YEAR = 365.24


class Body:
    def __init__(self, x: float, y: float, z: float, vx: float, vy: float, vz: float, mass: float) -> None:
        self.x = x
        self.y = y
        self.z = z
        self.vx = vx * DAYS_PER_YEAR
        self.vy = vy * DAYS_PER_YEAR
        self.vz = vz * DAYS_PER_YEAR
        self.mass = mass * SOLAR_MASS


def solar_system() -> list[Body]:
    return [
        Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
        Body(4.84143144246472, -1.16032004402743, -0.103622044471123, 0.00166007664274404, 0.00769901118419740, -0.0000690460016972064, 0.000954791938424327),
        Body(8.34336671824458, 4.12479856412430, -0.403523417114321, -0.00276742510726411, 0.00499852801234917, 0.0000230417297573764, 0.000285885980666131),
        Body(12.8943695621391, -15.1111514016986, -0.223307578892656, 0.00296460137564762, 0.00237847173959481, -0.0000296589568540238, 0.0000436624404335156),
        Body(15.3796971148509, -25.9193146099880, 0.179258772950371, 0.00268067772490389, 0.00162824170038242, -0.0000951592254519716, 0.0000515138902046611),
    ]


def offset_momentum(bodies: list[Body]) -> None:
    px = 0.0
    py = 0.0
    pz = 0.0
    for body in bodies:
        px += body.vx * body.mass
        py += body.vy * body.mass
        pz += body.vz * body.mass
    sun = bodies[0]
    sun.vx = -px / SOLAR_MASS
    sun.vy = -py / SOLAR_MASS
    sun.vz = -pz / SOLAR_MASS


def advance(bodies: list[Body], dt: float, steps: int) -> None:
    count = len(bodies)
    for _ in range(steps):
        for i in range(count):
            a = bodies[i]
            for j in range(i + 1, count):
                b = bodies[j]
                dx = a.x - b.x
                dy = a.y - b.y
                dz = a.z - b.z
                square = dx * dx + dy * dy + dz * dz
                pull = dt / (square * math.sqrt(square))
                a.vx -= dx * b.mass * pull
                a.vy -= dy * b.mass * pull
                a.vz -= dz * b.mass * pull
                b.vx += dx * a.mass * pull
                b.vy += dy * a.mass * pull
                b.vz += dz * a.mass * pull
        for body in bodies:
            body.x += dt * body.vx
            body.y += dt * body.vy
            body.z += dt * body.vz


def energy(bodies: list[Body]) -> float:
    total = 0.0
    for i in range(len(bodies)):
        a = bodies[i]
        total += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
        for j in range(i + 1, len(bodies)):
            b = bodies[j]
            dx = a.x - b.x
            dy = a.y - b.y
            dz = a.z - b.z
            total -= a.mass * b.mass / math.sqrt(dx * dx + dy * dy + dz * dz)
    return total


def main() -> None:
    bodies = solar_system()
    offset_momentum(bodies)
    print(f'{energy(bodies):.9f}')
    advance(bodies, 0.01, 120000)
    print(f'{energy(bodies):.9f}')


if __name__ == '__main__':
    main()
