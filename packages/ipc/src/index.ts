/** MIP/1 over any byte stream. The sockets of Node are in `@molt/ipc/node`. */
export {
  CALL_HEAD,
  type CallHead,
  type CallStats,
  decodeCall,
  decodeResult,
  encodeCallHead,
  encodeResultHead,
  HEAD_FLAGS,
  ID_PREFIX,
  MAX_KEY_BYTES,
  RESULT_HEAD,
  type TraceContext,
} from './call-payload.ts';
export type { CallAnswer, CallOptions } from './client-call.ts';
export { ClientConnection, type ClientConnectionOptions, type Pong } from './client-connection.ts';
export { type ControlMap, type ControlValue, packControl, unpackControl, unpackControlMap } from './control-pack.ts';
export { decodeError, ERROR_HEAD, encodeError } from './error-payload.ts';
export {
  CANCEL_REASONS,
  type CancelReason,
  type ErrorRow,
  EXECUTED,
  type Executed,
  errorNameOf,
  MIP_ERRORS,
  type MipErrorName,
  RETRY,
  type Retry,
} from './error-taxonomy.ts';
export { type ExportStreams, streamsOf } from './export-streams.ts';
export { type CreditGrant, decodeCredit, decodeProgress, encodeCredit, encodeProgress, type Progress } from './flow-payload.ts';
export {
  DEFAULT_LIMITS,
  DEFAULT_WINDOW,
  encodeFrame,
  encodeMessage,
  FLAGS,
  FRAME_KINDS,
  type Frame,
  type FrameKind,
  frameKindOf,
  HEADER_BYTES,
  PREFACE,
  PREFACE_BYTES,
  VERSION,
  type WireLimits,
} from './frame.ts';
export { type Decoded, FrameDecoder, type FrameFault } from './frame-decoder.ts';
export { decodeExports, decodeHello, decodeHelloOk, encodeExports, encodeHello, encodeHelloOk, type Hello, type HelloOk } from './hello.ts';
export { type Message, MessageAssembler } from './message-assembler.ts';
export { isMipError, MipError, type MipErrorParts } from './mip-error.ts';
export { compareExports, idMismatch, unknownExport } from './mismatch.ts';
export type { ServerCall } from './server-call.ts';
export {
  createServerConnection,
  prepareExports,
  type ServedExports,
  ServerConnection,
  type ServerConnectionOptions,
} from './server-connection.ts';
