const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * A value that must never be printed: a key, a password, a token.
 *
 * Every way to turn it into text that logging, errors, templates or JSON would use gives
 * `[redacted]`. The value itself comes out only through `reveal()`, so that a search for that
 * word lists every place where a secret leaves its wrapper.
 */
export class Secret {
  readonly #value: string

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

  [inspect](): string {
    return '[redacted]'
  }
}
