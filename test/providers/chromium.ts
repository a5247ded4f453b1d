import { CHROMIUM, PLAYWRIGHT, pathOf } from './programs.ts'

/** The part of Playwright's API that is used here; its types are not among the packages of the project. */
export type Element = {
  click(): Promise<void>
  /** As if clicked, though it may not be visible. */
  dispatchEvent(type: 'click'): Promise<void>
  fill(text: string): Promise<void>
  waitFor(): Promise<void>
  isVisible(): Promise<boolean>
  first(): Element
}

export type Tab = {
  goto(url: string): Promise<unknown>
  locator(selector: string): Element
  getByRole(role: string, options: { readonly name: string; readonly exact?: boolean }): Element
  getByText(text: string, options?: { readonly exact?: boolean }): Element
  route(url: string, handle: (route: { abort(): Promise<void> }) => Promise<void>): Promise<void>
}

type Browser = { newPage(): Promise<Tab>; close(): Promise<void> }
type Playwright = { readonly chromium: { launch(options: object): Promise<Browser> } }

/** Without what a browser does by itself on the network, and without a profile of an earlier run. */
const ARGUMENTS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]

/** @param more arguments of Chromium */
export async function startChromium(...more: readonly string[]): Promise<Browser> {
  const { chromium } = (await import(pathOf(PLAYWRIGHT))) as Playwright
  return chromium.launch({ executablePath: CHROMIUM, args: [...ARGUMENTS, ...more] })
}
