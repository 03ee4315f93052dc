/** The part of `@std/assert` that the tests use, over `node:assert/strict`: same names and arguments. */
import strict from "node:assert/strict";

/** Fails with `message`. */
export function fail(message = "Failed"): never {
  strict.fail(message);
}
/** Asserts that `value` is truthy. */
export function assert(value: unknown, message = "Expected a truthy value"): asserts value {
  strict.ok(value, message);
}
/** Asserts deep equality. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  strict.deepStrictEqual(actual, expected, message);
}
/** Asserts deep inequality. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  strict.notDeepStrictEqual(actual, expected, message);
}
/** Asserts identity. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T {
  strict.strictEqual(actual, expected, message);
}
/** Asserts that `actual` is neither null nor undefined. */
export function assertExists<T>(
  actual: T,
  message = "Expected a value",
): asserts actual is NonNullable<T> {
  strict.ok(actual !== null && actual !== undefined, message);
}
/** Asserts that the text holds `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (!actual.includes(expected)) {
    strict.fail(message ?? `Expected this text to hold ${JSON.stringify(expected)}:\n${actual}`);
  }
}
/** Asserts that the text matches. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  strict.match(actual, expected, message);
}
/** Asserts that the text does not match. */
export function assertNotMatch(actual: string, expected: RegExp, message?: string): void {
  strict.doesNotMatch(actual, expected, message);
}
/** Asserts `actual > expected`. */
export function assertGreater(actual: number, expected: number, message?: string): void {
  strict.ok(actual > expected, message ?? `Expected ${actual} > ${expected}`);
}
/** Asserts `actual >= expected`. */
export function assertGreaterOrEqual(actual: number, expected: number, message?: string): void {
  strict.ok(actual >= expected, message ?? `Expected ${actual} >= ${expected}`);
}
/** Asserts `actual < expected`. */
export function assertLess(actual: number, expected: number, message?: string): void {
  strict.ok(actual < expected, message ?? `Expected ${actual} < ${expected}`);
}
/** Asserts `actual <= expected`. */
export function assertLessOrEqual(actual: number, expected: number, message?: string): void {
  strict.ok(actual <= expected, message ?? `Expected ${actual} <= ${expected}`);
}
// deno-lint-ignore no-explicit-any -- any constructor will do
type Class<T> = abstract new (...args: any[]) => T;
/** Asserts that `actual` was made by `type`. */
export function assertInstanceOf<T>(
  actual: unknown,
  type: Class<T>,
  message?: string,
): asserts actual is T {
  strict.ok(
    actual instanceof type,
    message ?? `Expected an instance of ${type.name}, got ${actual}`,
  );
}
function check<E extends Error>(error: unknown, type?: Class<E>, text?: string): E {
  if (type) assertInstanceOf(error, type);
  if (text !== undefined) assertStringIncludes(String((error as Error).message), text);
  return error as E;
}
/** Asserts that `fn` throws; gives what it threw. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  type?: Class<E>,
  text?: string,
): E {
  let error: unknown;
  try {
    fn();
  } catch (e) {
    error = e;
    return check(error, type, text);
  }
  return strict.fail("Expected function to throw");
}
/** Asserts that the promise of `fn` rejects; gives what it rejected with. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  type?: Class<E>,
  text?: string,
): Promise<E> {
  try {
    await fn();
  } catch (e) {
    return check(e, type, text);
  }
  return strict.fail("Expected function to reject");
}
