/// <reference path="../../../runtime/src/host/wasm-api.d.ts" />
/**
 * One call of an export inside this process, with JSON in and out: what `molt call` does, and the shortest way to try an artifact.
 */
import { didYouMean, fault, MoltError } from '@molt/diagnostics';
import { unpackControl } from '@molt/ipc';
import { createInstance, nodeHost, type ServableArtifact } from '@molt/runtime';
import { inputSchema, type LinkedExport, linkSchemaSet, printType, valueFromJson, valueToJson } from '@molt/schema-ir';

/** How a call ended. */
export type CallResult =
  | { readonly kind: 'returned'; readonly value: unknown }
  /** The export raised; `traceback` is what Python would print. */
  | { readonly kind: 'raised'; readonly type: string; readonly message: string; readonly traceback: string };

/**
 * Calls an export with arguments from JSON: an object with parameters by name, or an array in their order.
 *
 * Throws MOLT0013 for a name that is not exported, MOLT0015 or a SchemaError for arguments that do not fit, TrapError when a limit ends the call.
 */
export function callExport({ module, schemas }: ServableArtifact, name: string, args: unknown): CallResult {
  const linked = linkSchemaSet(schemas);
  const target = linked.get(name);
  if (target === undefined) {
    const names = [...linked.keys()];
    throw new MoltError(fault('MOLT0013', { name, suggestion: didYouMean(name, names) ?? `exports: ${names.join(', ') || 'none'}` }));
  }
  const input = target.input.encode(valueFromJson(inputSchema(target.schema), recordOf(target, args), schemas.types));
  const instance = createInstance(module, { ...nodeHost(), args: [] });
  const { status } = instance.init();
  if (status === 'failed') throw new MoltError(fault('MOLT6204', { what: 'it raised an exception' }));
  instance.freeze();
  const answer = instance.call(target.index, input);
  if (answer.status === 'returned')
    return { kind: 'returned', value: valueToJson(target.schema.result, target.output.decode(answer.bytes), schemas.types) };
  const [type, message, traceback] = (unpackControl(answer.bytes) ?? []) as readonly unknown[];
  if (answer.status === 'invalidInput')
    throw new MoltError(fault('MOLT0015', { what: `${String(type)}: ${String(message)}`, signature: signatureOf(target) }));
  if (answer.status === 'oversizedResult')
    return { kind: 'raised', type: 'ResultTooLarge', message: `beyond a bound of its schema: ${String(type)}`, traceback: '' };
  return { kind: 'raised', type: String(type), message: String(message), traceback: typeof traceback === 'string' ? traceback : '' };
}

/** Arguments as a record of the parameters. */
function recordOf(target: LinkedExport, args: unknown): unknown {
  const params = target.schema.params.map(({ name }) => name);
  if (!Array.isArray(args)) return args;
  if (args.length > params.length) {
    throw new MoltError(
      fault('MOLT0015', { what: `expected at most ${params.length} arguments, got ${args.length}`, signature: signatureOf(target) }),
    );
  }
  return Object.fromEntries(args.map((value, i) => [params[i], value]));
}

function signatureOf({ schema }: LinkedExport): string {
  const params = schema.params.map(({ name, schema: type }) => `${name}: ${printType(type)}`);
  return `${schema.name}(${params.join(', ')}) -> ${printType(schema.result)}`;
}
