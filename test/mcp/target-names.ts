import fc from 'fast-check'

/** Names that the configuration lets targets have. */
export const namedTarget: fc.Arbitrary<string> = fc.stringMatching(
  /^[a-z0-9]([a-z0-9.-]{0,8}[a-z0-9])?$/,
)
