"""An MCP server on FastMCP, as somebody would write it who has never heard of a gateway.

Serves streamable HTTP on a free port of 127.0.0.1, or on the one that is given, and prints the port.
"""

import asyncio
import socket
import sys

from fastmcp import Context, FastMCP
from mcp.types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    InputRequiredResult,
    SamplingMessage,
    TextContent,
)

mcp = FastMCP("python", instructions="How to use python.", list_page_size=2)


@mcp.tool
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@mcp.tool
async def slow(steps: int, seconds: float, ctx: Context) -> str:
    """Reports progress after each step."""
    for step in range(1, steps + 1):
        await asyncio.sleep(seconds)
        await ctx.report_progress(progress=step, total=steps)
    return f"done after {steps} steps"


@mcp.tool
async def ask(ctx: Context) -> str:
    """Asks the user for a name."""
    answer = await ctx.elicit("Who are you?", response_type=str)
    return f"Hello, {answer.data}!" if answer.action == "accept" else answer.action


@mcp.tool
async def think(topic: str, ctx: Context) -> str:
    """Asks the model of the client."""
    message = SamplingMessage(role="user", content=TextContent(type="text", text=topic))
    answer = await ctx.session.create_message([message], max_tokens=100)
    return answer.content.text


@mcp.tool
async def greet(ctx: Context) -> str | InputRequiredResult:
    """Asks the user and the model at once, as 2026-07-28 has it."""
    answers = ctx.input_responses
    if answers is not None:
        return f"{answers['thought'].content.text}, {answers['who'].content['name']}!"
    topic = SamplingMessage(role="user", content=TextContent(type="text", text="A greeting"))
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    who = ElicitRequestFormParams(message="Who are you?", requested_schema=schema)
    thought = CreateMessageRequestParams(messages=[topic], max_tokens=10)
    return InputRequiredResult(
        input_requests={
            "who": ElicitRequest(params=who),
            "thought": CreateMessageRequest(params=thought),
        }
    )


@mcp.resource("memo://today")
def memo() -> str:
    """A memo."""
    return "A memo of python."


@mcp.resource("greeting://{name}")
def greeting(name: str) -> str:
    """A greeting for anybody."""
    return f"Hello, {name}!"


@mcp.prompt
def summary(text: str) -> str:
    """Asks for a summary."""
    return f"Sum this up: {text}"


async def serve(port: int) -> None:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    print(f"port {listener.getsockname()[1]}", flush=True)
    await mcp.run_http_async(show_banner=False, log_level="warning", sockets=[listener])


asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
