import { type CallToolResult, ProtocolError, ProtocolErrorCode, Server, type ServerContext } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { AGENT_TOOLS, type AgentTool, type Answer } from '../../../app/agentTools/agentTools.ts';
import type { App } from '../../../app/app.ts';
import { failed, type Result } from '../../../domain/index.ts';
import { VERSION } from '../version.ts';

export interface ServeOptions {
  /** Opens the workspace for one call. */
  readonly use: (work: (app: App) => Promise<Result<Answer>>) => Promise<Result<Answer>>;
  readonly may: 'look' | 'move';
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

const INSTRUCTIONS =
  'Prewarm keeps the databases, services and dev containers of this workspace warm before they are needed. Ask get_readiness before you run tests, migrations or queries.';

/** Resolves when the client has gone or the signal aborts; calls that are under way are cancelled. */
export async function serve(options: ServeOptions): Promise<void> {
  const gone = new AbortController();
  const transport = new StdioServerTransport();
  const handle = serveStdio(() => serverFor(options, gone.signal), { transport, onerror: (error) => options.log(`mcp: ${error.message}`) });
  await new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve);
    options.signal.addEventListener('abort', () => resolve(), { once: true });
    if (options.signal.aborted) resolve();
  });
  gone.abort();
  await handle.close();
}

function serverFor(options: ServeOptions, gone: AbortSignal): Server {
  const offered = AGENT_TOOLS.filter((tool) => tool.does === 'reads' || options.may === 'move');
  const server = new Server(
    { name: 'prewarm', title: 'Prewarm', version: VERSION },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  server.setRequestHandler('tools/list', async () => ({ tools: offered.map(described) }));
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = AGENT_TOOLS.find((t) => t.name === params.name);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool “${params.name}”.`);
    return answered(offered.includes(tool) ? await call(tool, params.arguments, context, options, gone) : notAllowed(tool));
  });
  return server;
}

function described({ name, title, description, inputSchema, does }: AgentTool) {
  const reads = does === 'reads';
  return {
    name,
    title,
    description,
    inputSchema: { ...inputSchema, required: [...(inputSchema.required ?? [])] },
    // What is warmed can be cooled, twice is as once, and nothing outside the workspace is touched.
    annotations: { title, readOnlyHint: reads, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  };
}

async function call(tool: AgentTool, input: unknown, { mcpReq }: ServerContext, { use, log }: ServeOptions, gone: AbortSignal) {
  const token = mcpReq._meta?.progressToken;
  let told = 0;
  const progress = (message: string): void => {
    if (token === undefined) return;
    const params = { progressToken: token, progress: ++told, message };
    void mcpReq.notify({ method: 'notifications/progress', params }).catch((error: Error) => log(`mcp: ${error.message}`));
  };
  return use((app) => tool.run(app, input, { signal: AbortSignal.any([mcpReq.signal, gone]), progress }));
}

const notAllowed = (tool: AgentTool): Result<Answer> =>
  failed(
    'unsupported',
    'never',
    `${tool.name} is not allowed here: this server only answers. Start it with --allow-warm to let agents warm what they need.`,
  );

function answered(result: Result<Answer>): CallToolResult {
  if (!result.ok) return { content: [{ type: 'text', text: result.fault.message }], isError: true };
  return { content: [{ type: 'text', text: result.value.text }], structuredContent: { ...result.value.structured } };
}
