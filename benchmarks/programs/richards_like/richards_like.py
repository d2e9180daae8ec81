"""A small operating system in simulation: tasks with priorities exchange packets through a scheduler. Objects and methods."""

from typing import Optional


class Packet:
    def __init__(self, source: int, kind: int, size: int) -> None:
        self.source = source
        self.kind = kind
        self.size = size
        self.link: Optional[Packet] = None


class Mailbox:
    """A queue of packets linked through themselves."""

    def __init__(self) -> None:
        self.head: Optional[Packet] = None
        self.tail: Optional[Packet] = None
        self.length = 0

    def put(self, packet: Packet) -> None:
        packet.link = None
        if self.tail is None:
            self.head = packet
        else:
            self.tail.link = packet
        self.tail = packet
        self.length += 1

    def take(self) -> Optional[Packet]:
        packet = self.head
        if packet is None:
            return None
        self.head = packet.link
        if self.head is None:
            self.tail = None
        self.length -= 1
        return packet


class Task:
    """Something that runs when it has mail or work of its own; subclasses say what it does."""

    def __init__(self, number: int, priority: int) -> None:
        self.number = number
        self.priority = priority
        self.mailbox = Mailbox()
        self.runs = 0
        self.checksum = number

    def ready(self) -> bool:
        return self.mailbox.length > 0

    def step(self, system: 'System') -> None:
        raise NotImplementedError

    def note(self, value: int) -> None:
        self.runs += 1
        self.checksum = (self.checksum * 31 + value) % 1_000_003


class Producer(Task):
    """Makes packets until its supply is spent, then stops."""

    def __init__(self, number: int, priority: int, supply: int) -> None:
        super().__init__(number, priority)
        self.supply = supply
        self.state = number * 7919

    def ready(self) -> bool:
        return self.supply > 0 and self.mailbox.length < 4

    def step(self, system: 'System') -> None:
        self.state = (self.state * 1103515245 + 12345) % 2147483648
        self.supply -= 1
        packet = Packet(self.number, self.state // 65536 % 3, self.state // 1024 % 50 + 1)
        self.note(packet.size)
        system.send(packet, system.worker_for(packet.kind))


class Worker(Task):
    """Handles packets bit by bit and passes them on to a device."""

    def __init__(self, number: int, priority: int, speed: int) -> None:
        super().__init__(number, priority)
        self.speed = speed
        self.current: Optional[Packet] = None
        self.left = 0

    def ready(self) -> bool:
        return self.current is not None or self.mailbox.length > 0

    def step(self, system: 'System') -> None:
        packet = self.current
        if packet is None:
            packet = self.mailbox.take()
            if packet is None:
                return
            self.current = packet
            self.left = packet.size
        self.left -= self.speed
        self.note(self.left)
        if self.left <= 0:
            self.current = None
            system.send(packet, system.device_for(packet.source))


class Device(Task):
    """Waits some ticks for each packet, then counts it as done."""

    def __init__(self, number: int, priority: int, delay: int) -> None:
        super().__init__(number, priority)
        self.delay = delay
        self.waiting = 0

    def step(self, system: 'System') -> None:
        if self.waiting < self.delay:
            self.waiting += 1
            return
        self.waiting = 0
        packet = self.mailbox.take()
        if packet is not None:
            self.note(packet.size * 10 + packet.kind)
            system.finished += 1


class System:
    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.workers: list[Task] = []
        self.devices: list[Task] = []
        self.sent = 0
        self.finished = 0
        self.ticks = 0

    def add(self, task: Task) -> None:
        at = len(self.tasks)
        while at > 0 and self.tasks[at - 1].priority < task.priority:
            at -= 1
        self.tasks.insert(at, task)
        if isinstance(task, Worker):
            self.workers.append(task)
        elif isinstance(task, Device):
            self.devices.append(task)

    def send(self, packet: Packet, target: Task) -> None:
        self.sent += 1
        target.mailbox.put(packet)

    def worker_for(self, kind: int) -> Task:
        return self.workers[kind % len(self.workers)]

    def device_for(self, source: int) -> Task:
        return self.devices[source % len(self.devices)]

    def run(self) -> None:
        busy = True
        while busy:
            busy = False
            for task in self.tasks:
                if task.ready():
                    task.step(self)
                    busy = True
            self.ticks += 1


def main() -> None:
    system = System()
    system.add(Producer(1, 10, 60000))
    system.add(Producer(2, 20, 60000))
    system.add(Worker(3, 30, 7))
    system.add(Worker(4, 40, 5))
    system.add(Worker(5, 50, 9))
    system.add(Device(6, 60, 2))
    system.add(Device(7, 70, 3))
    system.run()
    print(system.ticks, system.sent, system.finished)
    for task in system.tasks:
        print(task.number, task.runs, task.checksum)


if __name__ == '__main__':
    main()
