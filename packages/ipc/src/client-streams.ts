/**
 * The streams of a call at the caller's end: feeding the input from a sequence, and handing the output to a callback at its own pace.
 */
import { ChunkReceiver } from './chunk-receiver.ts';
import { ChunkSender, NO_ITEMS } from './chunk-sender.ts';
import type { ClientCall } from './client-call.ts';

/** Ends a call because its caller's end of a stream failed. */
type Fail = (message: string, cause: unknown) => void;

/** Sends the chunks of a call's input stream as the worker takes them. */
export function feedInput(call: ClientCall, maxFrame: number, write: (items: Uint8Array, more: boolean) => void, fail: Fail): void {
  const sender = new ChunkSender(maxFrame, write);
  call.sender = sender;
  const feed = async (): Promise<void> => {
    for await (const items of call.options.chunks ?? []) await sender.send(items);
    await sender.send(NO_ITEMS, true);
  };
  // Once the call has its answer, the sender refuses; then there is nobody to tell.
  feed().catch((error: unknown) => {
    if (!sender.stopped) fail(`the input stream of ${call.name} failed: ${textOf(error)}`, error);
  });
}

/** Hands the chunks of a call's output stream to its caller. */
export function deliverOutput(call: ClientCall, maxFrame: number, grant: (bytes: number) => void, fail: Fail): void {
  const receiver = new ChunkReceiver(maxFrame, grant);
  call.receiver = receiver;
  const deliver = async (): Promise<void> => {
    for await (const items of receiver) await call.options.onChunk?.(items);
  };
  call.delivered = deliver().catch((error: unknown) => {
    if (!call.settled) fail(`the consumer of the stream of ${call.name} failed: ${textOf(error)}`, error);
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
