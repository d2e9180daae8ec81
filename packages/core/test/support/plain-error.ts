/** An error without a stack of this process: its message says where it happened. */
export function plainError(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}
