import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { connectV1 } from '../support/mcp-clients.ts'
import { startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

/** Tasks of 2025-11-25, as the reference server has them, over both of its transports. */
describe.each(['web', 'child'])('tasks of %s', target => {
  const name = `${target}_simulate-research-query`

  async function connect() {
    const asked: string[] = []
    const { client } = await connectV1(world.gateway.url, {
      capabilities: { elicitation: {}, tasks: { requests: { elicitation: { create: {} } } } },
      prepare(one) {
        one.setRequestHandler(ElicitRequestSchema, ({ params }) => {
          asked.push(params.message)
          return { action: 'accept', content: { interpretation: 'programming' } }
        })
      },
    })
    onTestFinished(() => client.close())
    // Calls of a tool that needs a task are refused by the SDK unless it has seen the list.
    await client.listTools()
    return { client, tasks: client.experimental.tasks, asked }
  }

  test('are made, looked at, listed and read with ids that carry the target [TASK-1]', async () => {
    const { client, tasks } = await connect()
    expect(client.getServerCapabilities()?.tasks).toMatchObject({ list: {}, cancel: {} })
    const ids: string[] = []
    const statuses = new Set<string>()
    let text = ''
    const stream = tasks.callToolStream(
      { name, arguments: { topic: 'gateways' } },
      CallToolResultSchema,
      { task: { ttl: 60_000 } },
    )
    for await (const step of stream) {
      if (step.type === 'taskCreated') {
        ids.push(step.task.taskId)
        expect((await tasks.getTask(step.task.taskId)).taskId).toBe(step.task.taskId)
        const { tasks: listed } = await tasks.listTasks()
        expect(listed.map(({ taskId }) => taskId)).toContain(step.task.taskId)
      }
      if (step.type === 'taskStatus') statuses.add(step.task.status)
      if (step.type === 'result') text = JSON.stringify(step.result.content)
      if (step.type === 'error') throw step.error
    }
    expect(ids).toEqual([expect.stringMatching(new RegExp(`^${target}\\+`))])
    expect(statuses).toContain('working')
    expect(text).toContain('Research Report: gateways')
  })

  test('ask the client in between, and go on with its answer [TASK-1]', async () => {
    const { tasks, asked } = await connect()
    const stream = tasks.callToolStream(
      { name, arguments: { topic: 'python', ambiguous: true } },
      CallToolResultSchema,
      { task: { ttl: 60_000 } },
    )
    let text = ''
    for await (const step of stream) {
      if (step.type === 'result') text = JSON.stringify(step.result.content)
      if (step.type === 'error') throw step.error
    }
    expect(asked).toHaveLength(1)
    expect(text).toContain('programming')
  })

  test('can be cancelled, and ids of others or of no target are unknown [TASK-1]', async () => {
    const { tasks } = await connect()
    for await (const step of tasks.callToolStream(
      { name, arguments: { topic: 'gateways' } },
      CallToolResultSchema,
      { task: { ttl: 60_000 } },
    )) {
      if (step.type !== 'taskCreated') continue
      const { taskId } = step.task
      expect((await tasks.cancelTask(taskId)).status).toBe('cancelled')
      const bare = taskId.slice(target.length + 1)
      await expect(tasks.getTask(bare)).rejects.toMatchObject({ code: -32602 })
      const other = target === 'web' ? 'child' : 'web'
      await expect(tasks.getTask(`${other}+${bare}`)).rejects.toThrow()
      return
    }
    expect.unreachable('no task was made')
  })
})
