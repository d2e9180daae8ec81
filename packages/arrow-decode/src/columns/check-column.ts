/**
 * Checks columns that did not come from the decoder: hand-made ones, and those a caller has rearranged.
 *
 * What is written or handed to compiled code must hold to the same rules as what is read; here they are applied to
 * plain column data. Errors are MOLT7021 for missing or short parts, else the code that the decoder would give.
 */
import { fail, type Place, within } from '../arrow-error.ts';
import { childFields, type Field, layoutOf, sameType, typeText } from '../arrow-type.ts';
import { bitmapBytes, countNulls } from './bitmap.ts';
import { checkDictionaryIndices, checkOffsets, checkText } from './check-values.ts';
import type { Column, RecordBatch } from './column.ts';

/** Throws unless every column of the batch has the type, the nullability and the length that the schema and the batch say. */
export function checkBatch(batch: RecordBatch, place: Place): void {
  const { fields } = batch.schema;
  if (batch.columns.length !== fields.length)
    fail('MOLT7021', { place, expected: `${fields.length} columns`, actual: batch.columns.length });
  batch.columns.forEach((column, i) => {
    const at = within(place, fields[i]!.name);
    if (column.length !== batch.length)
      fail('MOLT7021', { place: at, expected: `${batch.length} slots, as the batch has rows`, actual: column.length });
    checkColumn(column, fields[i]!, false, at);
  });
}

/** Throws unless `column` can be a column of `field`. `masked`: an ancestor has nulls, below which anything may stand. */
export function checkColumn(column: Column, field: Field, masked: boolean, place: Place): void {
  const { type, length, nullCount, validity } = column;
  if (!sameType(type, field.type)) fail('MOLT7021', { place, expected: typeText(field.type), actual: typeText(type) });
  if (!Number.isInteger(length) || length < 0 || length > 0x7fffffff)
    fail('MOLT7021', { place, expected: 'a length below 2^31', actual: length });
  const layout = layoutOf(type);
  if (layout.kind === 'none') return;
  if (validity === null ? nullCount !== 0 : validity.byteLength < bitmapBytes(length)) {
    fail('MOLT7021', {
      place,
      expected: `a validity bitmap of ${bitmapBytes(length)} bytes`,
      actual: validity === null ? 'none' : validity.byteLength,
    });
  }
  const nulls = validity === null ? 0 : countNulls(validity, length);
  if (nulls !== nullCount)
    fail('MOLT7011', { place: within(place, 'validity'), expected: `${nullCount} zero bits, as the null count says`, actual: nulls });
  if (nullCount > 0 && !field.nullable && !masked)
    fail('MOLT7011', { place, expected: 'no nulls, as the field is not nullable', actual: nullCount });

  const fields = childFields(type);
  if (column.children.length !== fields.length)
    fail('MOLT7021', { place, expected: `${fields.length} children`, actual: column.children.length });
  fields.forEach((child, i) => {
    checkColumn(column.children[i]!, child, masked || nullCount > 0, within(place, child.name));
  });
  switch (layout.kind) {
    case 'bits':
      return needValues(column, Uint8Array, bitmapBytes(length), place);
    case 'fixed':
      needValues(column, layout.array, length * layout.stride, place);
      if (type.kind === 'dictionary') {
        if (column.dictionary === null) return fail('MOLT7021', { place, expected: 'a dictionary', actual: 'none' });
        checkColumn(
          column.dictionary,
          { name: 'dictionary', type: type.value, nullable: true, metadata: [] },
          true,
          within(place, 'dictionary'),
        );
        checkDictionaryIndices(column, place);
      }
      return;
    case 'variable':
      needValues(column, Uint8Array, 0, place);
      checkOffsets(offsetsOf(column, place), column.values!.length, within(place, 'offsets'));
      if (layout.text) checkText(column, within(place, 'values'));
      return;
    case 'list':
      return checkOffsets(offsetsOf(column, place), column.children[0]!.length, within(place, 'offsets'));
    case 'fixed-list':
      return needChild(column.children[0]!, length * layout.size, place);
    case 'struct':
      for (const child of column.children) needChild(child, length, place);
  }
}

function needValues(column: Column, array: unknown, count: number, place: Place): void {
  const { values } = column;
  if (values !== null && values.length >= count && values instanceof (array as typeof Uint8Array)) return;
  const name = (array as { name: string }).name;
  fail('MOLT7021', {
    place: within(place, 'values'),
    expected: `a ${name} of at least ${count} elements`,
    actual: values === null ? 'none' : `${values.constructor.name} of ${values.length}`,
  });
}

function offsetsOf({ offsets, length }: Column, place: Place): Int32Array {
  if (offsets === null || offsets.length < length + 1) {
    return fail('MOLT7021', {
      place: within(place, 'offsets'),
      expected: `${length + 1} offsets`,
      actual: offsets === null ? 'none' : offsets.length,
    });
  }
  return offsets.length === length + 1 ? offsets : offsets.subarray(0, length + 1);
}

function needChild(child: Column, length: number, place: Place): void {
  if (child.length < length) fail('MOLT7021', { place, expected: `a child of at least ${length} slots`, actual: child.length });
}
