/**
 * A value that must never be printed: a key, a password, a token.
 *
 * Every way to turn it into text that logging, errors, templates or JSON would use gives
 * `[redacted]`. The value itself comes out only through `reveal()`, so that a search for that
 * word lists every place where a secret leaves its wrapper.
 */
export class Secret {
  readonly #value: string

  static {
    // What console.log, util.inspect and assertion messages ask for.
    const custom = Symbol.for('nodejs.util.inspect.custom')
    Object.defineProperty(Secret.prototype, custom, { value: () => '[redacted]' })
  }

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }
}
