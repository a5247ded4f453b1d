import type { Tab } from './chromium.ts'

type Step = { readonly selector: string; take(tab: Tab, user: string): Promise<void> }

/** The pages between the Inspector's and itself: the gateway's consent page, Keycloak's login and its consent page. */
const steps: readonly Step[] = [
  {
    selector: 'button[name=decision][value=allow]',
    take: tab => tab.locator('button[name=decision][value=allow]').click(),
  },
  {
    selector: 'input[name=password]',
    async take(tab, user) {
      await tab.locator('input[name=username]').fill(user)
      await tab.locator('input[name=password]').fill(user)
      await tab.locator('[type=submit]').click()
    },
  },
  { selector: '[name=accept]', take: tab => tab.locator('[name=accept]').click() },
]
const CONNECTED = ':text-is("Connected")'
const ANY = [...steps.map(({ selector }) => selector), CONNECTED].join(', ')

/** Answers page after page until the Inspector is connected, with the user's name as password; says how many there were. */
export async function logIn(tab: Tab, user: string): Promise<number> {
  for (let count = 0; count < 10; count++) {
    await tab.locator(ANY).first().waitFor()
    if (await tab.locator(CONNECTED).isVisible()) return count
    for (const { selector, take } of steps) {
      if (!(await tab.locator(selector).first().isVisible())) continue
      await take(tab, user)
      break
    }
  }
  throw new Error('the login does not end')
}

/** Presses the switch of the first server in the list. */
export async function connect(tab: Tab): Promise<void> {
  // The switch that people see is drawn over this one, which has no size of its own.
  await tab.getByRole('switch', { name: 'Connect or disconnect' }).dispatchEvent('click')
}

/** Runs a tool without arguments. */
export async function execute(tab: Tab, tool: string): Promise<void> {
  await tab.getByText(tool, { exact: true }).first().click()
  await tab.getByRole('button', { name: 'Execute Tool' }).click()
}
