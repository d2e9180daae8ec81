"""A short run of damaged frames against each worker and the decoder; `npm run fuzz:workers` is the long one."""

import fuzz_frames

FRAMES = 6_000
SEED = 20_245


def test_damaged_streams_do_no_harm_to_a_worker(kind, artifact):
    count = fuzz_frames.fuzz_worker(kind, artifact, FRAMES, SEED)
    assert count.faults == [] and count.frames >= FRAMES, count.summary()


def test_damaged_answers_end_in_messages_or_typed_errors(artifact):
    count = fuzz_frames.fuzz_decoder(artifact, FRAMES, SEED)
    assert count.faults == [] and count.frames >= FRAMES, count.summary()
