import type { BucketSize, Taken } from '../token-bucket.ts'

/** Counts for all replicas together. */
export type Store = {
  /** Rejects when the store cannot be reached in time. */
  take(bucket: string, size: BucketSize, cost: number): Promise<Taken>
  close(): Promise<void>
}

/** Told of every change of the connection, and of every failed attempt. */
export type StoreEvents = { up(): void; down(reason: string): void }
