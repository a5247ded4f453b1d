/** A figure that is no row: there is no request whose CPU could be held against the yardstick's. */
export type Figure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The value may be that high; of a ratio, has to be. */
  readonly required?: number
  readonly goal?: number
}
