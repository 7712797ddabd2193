/** WebAssembly's instructions by name: the parts of the core and SIMD tables that kernels use. */

/** Names in opcode order from `first` on; '-' skips one. */
const run = (first: number, names: string): [string, number][] =>
  names
    .split(' ')
    .map((name, i): [string, number] => [name, first + i])
    .filter(([name]) => name !== '-');

const typed = (type: string, names: string): string =>
  names
    .split(' ')
    .map((n) => (n === '-' ? n : `${type}.${n}`))
    .join(' ');

const intComparisons = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u';
const floatComparisons = 'eq ne lt gt le ge';
const intArithmetic = 'clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr';
const floatArithmetic = 'abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign';

const core = [
  ...run(0x00, 'unreachable nop block loop if else'),
  ...run(0x0b, 'end br br_if br_table return call'),
  ...run(0x1a, 'drop select'),
  ...run(0x20, 'local.get local.set local.tee global.get'),
  ...run(0x28, 'i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u'),
  ...run(0x36, 'i32.store i64.store f32.store f64.store i32.store8 i32.store16'),
  ...run(0x41, 'i32.const i64.const f32.const f64.const'),
  ...run(0x45, typed('i32', `eqz ${intComparisons}`)),
  ...run(0x50, typed('i64', `eqz ${intComparisons}`)),
  ...run(0x5b, typed('f32', floatComparisons)),
  ...run(0x61, typed('f64', floatComparisons)),
  ...run(0x67, typed('i32', intArithmetic)),
  ...run(0x79, typed('i64', intArithmetic)),
  ...run(0x8b, typed('f32', floatArithmetic)),
  ...run(0x99, typed('f64', floatArithmetic)),
  ...run(0xa7, 'i32.wrap_i64 - - - - i64.extend_i32_s i64.extend_i32_u'),
  ...run(0xb2, 'f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64'),
  ...run(0xb7, 'f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32'),
  ...run(0xbc, 'i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64'),
  ...run(0xc0, 'i32.extend8_s i32.extend16_s'),
];

const saturating = [
  ...run(0, typed('i32', 'trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u')),
  ...run(4, typed('i64', 'trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u')),
];

const simd = [
  ...run(0x00, typed('v128', 'load - - load16x4_s load16x4_u')),
  ...run(0x09, 'v128.load32_splat v128.load64_splat'),
  ...run(0x0b, 'v128.store v128.const i8x16.shuffle'),
  ...run(0x11, 'i32x4.splat i64x2.splat f32x4.splat f64x2.splat'),
  ...run(0x1b, 'i32x4.extract_lane i32x4.replace_lane i64x2.extract_lane i64x2.replace_lane'),
  ...run(0x1f, 'f32x4.extract_lane f32x4.replace_lane f64x2.extract_lane f64x2.replace_lane'),
  ...run(0x37, typed('i32x4', intComparisons)),
  ...run(0x41, typed('f32x4', floatComparisons)),
  ...run(0x47, typed('f64x2', floatComparisons)),
  ...run(0x4d, typed('v128', 'not and andnot or xor bitselect any_true')),
  ...run(0x54, typed('v128', 'load8_lane load16_lane load32_lane load64_lane')),
  ...run(0x58, typed('v128', 'store8_lane store16_lane store32_lane store64_lane load32_zero load64_zero')),
  ...run(0x5e, 'f32x4.demote_f64x2_zero f64x2.promote_low_f32x4'),
  ...run(0x65, 'i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u'),
  ...run(0x67, typed('f32x4', 'ceil floor trunc nearest')),
  ...run(0x74, typed('f64x2', 'ceil floor - - - - trunc')),
  ...run(0x85, 'i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u i16x8.extend_low_i8x16_s - i16x8.extend_low_i8x16_u'),
  ...run(0x94, 'f64x2.nearest'),
  ...run(0xa0, typed('i32x4', 'abs neg')),
  ...run(0xa7, typed('i32x4', 'extend_low_i16x8_s - extend_low_i16x8_u - shl shr_s shr_u add')),
  ...run(0xb1, typed('i32x4', 'sub - - - mul min_s min_u max_s max_u')),
  ...run(0xc0, typed('i64x2', 'abs neg - all_true')),
  ...run(0xc7, typed('i64x2', 'extend_low_i32x4_s extend_high_i32x4_s extend_low_i32x4_u extend_high_i32x4_u')),
  ...run(0xcb, typed('i64x2', 'shl shr_s shr_u add - - sub - - - mul eq ne lt_s gt_s le_s ge_s')),
  ...run(0xdc, typed('i64x2', 'extmul_low_i32x4_s extmul_high_i32x4_s extmul_low_i32x4_u extmul_high_i32x4_u')),
  ...run(0xe0, typed('f32x4', 'abs neg - sqrt add sub mul div min max pmin pmax')),
  ...run(0xec, typed('f64x2', 'abs neg - sqrt add sub mul div min max pmin pmax')),
  ...run(0xf8, 'i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u'),
  ...run(0xfc, 'i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero'),
  ...run(0xfe, 'f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u'),
];

const prefixed = (prefix: number, rows: [string, number][]): [string, readonly number[]][] =>
  rows.map(([name, code]) => [name, code < 0x80 ? [prefix, code] : [prefix, (code & 0x7f) | 0x80, code >> 7]]);

/** The bytes of each instruction, without its immediates. */
export const opcodes: ReadonlyMap<string, readonly number[]> = new Map([
  ...core.map(([name, code]): [string, readonly number[]] => [name, [code]]),
  ...prefixed(0xfc, saturating),
  ...prefixed(0xfd, simd),
]);

/** Value types, and the type of a block that leaves nothing. */
export const types = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b, none: 0x40 } as const;

export type WasmType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';
