import { elsewhere, type Suite, shown } from './behaviour.ts'

const OLD_CLIENTS =
  'The older HTTP+SSE transport is spoken to servers only: clients that know nothing else have been replaced'
const OPENAPI = 'Targets are MCP servers; `openapi` is refused by name (CFG-5)'
const GUARDRAILS = '`mcpGuardrails` is refused by name (CFG-5)'
const EXTERNAL =
  'Decisions and limits of another service are refused by name (CFG-5); rules and limits of the gateway itself and its shared store take their place'

/** The tests of agentgateway about MCP, by the names that they have there. */
export const agentgatewayMcp: readonly Suite[] = [
  {
    name: 'transports',
    behaviours: [
      shown('stream_to_stream_single', 'One server over streamable HTTP', 'CALL-1'),
      elsewhere('sse_to_stream_single', 'A client of the old transport, a new server', OLD_CLIENTS),
      shown('stream_to_sse_single', 'A server of the old transport', 'FED-29'),
      elsewhere('sse_to_sse_single', 'The old transport on both sides', OLD_CLIENTS),
      shown('stream_to_multiplex', 'Several servers over streamable HTTP', 'FED-1', 'ERA-8'),
      shown('stream_to_multiplex_resources', 'Resources of several servers', 'FED-1', 'FED-12'),
      shown('stream_to_stream_single_tls', 'A server behind TLS', 'FED-30'),
      shown('stateless_to_stateful', 'Without sessions here, with sessions there', 'FED-19'),
      shown('stateless_to_stateless', 'Without sessions on both sides', 'FED-19', 'ERA-1'),
    ],
  },
  {
    name: 'names',
    behaviours: [
      shown(
        'multiplex_never_prefix_routes_unprefixed_names',
        'Names without a prefix find their server',
        'FED-2',
      ),
      shown('…_drops_ambiguous_names', 'Names that two servers offer are not listed', 'FED-3'),
      shown(
        '…_resolves_names_on_later_pages',
        'Names on later pages of a list are found, too',
        'FED-2',
      ),
      shown(
        'stateless_multiplex_never_prefix_tool_call_resolves_target',
        'They are found without a session as well',
        'FED-24',
        'FED-2',
      ),
    ],
  },
  {
    name: 'capabilities',
    behaviours: [
      shown(
        'multiplex_advertises_tool_and_resource_subscribe_capabilities',
        'Several servers promise tools and subscriptions that one of them has',
        'FED-6',
      ),
      shown(
        'stateless_multiplex_does_not_advertise_resource_subscribe',
        'Without sessions subscriptions are not promised',
        'FED-19',
      ),
      shown('test_merge_initialize_*', 'Answers to initialize become one', 'FED-6'),
      shown(
        'test_merge_discover_unions_extensions_recorded_at_initialize',
        'Extensions of all servers are in the answer to server/discover',
        'ERA-5',
      ),
    ],
  },
  {
    name: 'sessions',
    behaviours: [
      elsewhere(
        'stateful_streamable_http_rejects_no_session_non_initialize_messages',
        'Without a session nothing but initialize is served',
        'Such requests are served on their own, because clients and people with curl send them; what needs a session is refused without one (SESS-4, SESS-5)',
      ),
      shown(
        'stateful_session_cannot_cross_mcp_backends',
        'A session of one backend is unknown to another',
        'SESS-1',
      ),
      shown(
        'test_set_sessions_matches_by_target_name',
        'Sessions at servers are told apart by the name of the target, not by its place',
        'FED-28',
      ),
      elsewhere(
        '…_rejects_mismatched_target_set',
        'A session with other targets than there are is refused',
        'It goes on with those that are there, and clients hear of the change (FED-28, FED-13)',
      ),
      elsewhere(
        'test_openapi_targets_emit_stateless_session_state',
        'OpenAPI targets keep no state in a session',
        OPENAPI,
      ),
      elsewhere(
        'test_sse_targets_emit_…',
        'Nor do servers of the old transport',
        'Their stream is the session and lives in one process; elsewhere it is 404, and the client starts anew (FED-23)',
      ),
      shown(
        'test_stdio_targets_remain_non_stateless',
        'A program as a server belongs to the process that started it',
        'FED-23',
        'STDIO-1',
      ),
      shown(
        'stateless_multiplex_tool_call_initializes_only_target',
        'A call without a session opens one at its own server only',
        'FED-21',
      ),
      shown(
        'stateless_multiplex_delete_session_skips_uninitialized_targets',
        'Ending a session asks only servers that have a part in it',
        'FED-18',
      ),
    ],
  },
  {
    name: 'the stateless era',
    behaviours: [
      shown(
        'modern_stateful_streamable_http_does_not_use_sessions',
        'No session is opened for it where others get one',
        'ERA-1',
      ),
      shown(
        'stateless_vnext_tools_list_reaches_upstream',
        'A list reaches the server as it is',
        'CALL-4',
        'ERA-2',
      ),
      shown(
        'modern_client_multiplex_mixed_servers_falls_back_to_legacy_initialize',
        'A client that knows both eras falls back where servers are older',
        'ERA-11',
      ),
      shown(
        'old_client_multiplex_mixed_servers_uses_legacy_session_flow',
        'An older client gets a session with the servers of its era',
        'ERA-8',
      ),
      shown('mrtr_elicitation_round_trip', 'A question in a result and its answer', 'ERA-6'),
      elsewhere(
        'mrtr_direct_server_request_fails_modern_call_cleanly',
        'A server that asks on the stream makes the call fail',
        'The request reaches nobody and the call is answered all the same (ERA-6): it is not the fault of the caller',
      ),
      shown('modern_task_round_trip_single_target', 'A task of one server', 'ERA-7'),
      shown(
        'modern_task_id_namespaced_when_multiplexing',
        'Ids of tasks carry their server',
        'ERA-7',
      ),
      shown(
        'modern_removed_and_unknown_methods_return_404',
        'Methods that the era has not are 404',
        'ERA-3',
      ),
      shown(
        'modern_unknown_method_without_meta_returns_404',
        'An unknown method without the fields of the era is refused',
        'CALL-7',
      ),
      shown(
        'modern_body_only_removed_method_is_invalid_protocol_not_404',
        'What names its era in the body alone is refused for that, whatever its method',
        'CALL-8',
      ),
      shown(
        'legacy_session_keeps_ping_and_unknown_methods_do_not_return_404',
        'In sessions ping works and unknown methods are errors, not 404',
        'ERA-3',
      ),
      shown(
        'modern_malformed_known_method_envelope…',
        'Missing or wrong fields of the era are refused',
        'CALL-7',
      ),
      shown('modern_malformed_known_method_params…', 'So are wrong parameters', 'CALL-7'),
      shown(
        'modern_request_missing_gateway_protocol_version_returns_invalid_params',
        'A request that does not say its version is refused with -32602',
        'CALL-7',
      ),
      shown(
        'unsupported_protocol_version_error_includes_supported_and_requested',
        'The error names versions that are served and the one that was asked for',
        'ERA-9',
      ),
      shown(
        'server_discover_forwards_upstream_supported_versions',
        'server/discover names the versions of the server',
        'ERA-5',
      ),
      shown(
        'multiplex_server_discover_advertises_intersection',
        'Of several servers those that all of them serve',
        'ERA-5',
      ),
      shown(
        'streamable_http_validates_protocol_version_header',
        'An unknown version in the header is refused',
        'CALL-7',
        'ERA-9',
      ),
    ],
  },
  {
    name: 'notifications and requests of servers',
    behaviours: [
      shown(
        'resource_subscribe_and_unsubscribe_forward_to_single_backend',
        'Subscriptions reach the one server',
        'CALL-1',
        'FED-12',
      ),
      shown('multiplex_…_route_to_target', 'Of several the one that has the resource', 'FED-12'),
      shown(
        'multiplex_resource_updated_notification_is_prefixed',
        'An update names the resource as the client does',
        'FED-12',
      ),
      shown('single_…_not_prefixed', 'With one server it stays as it is', 'CALL-4', 'FED-1'),
      shown(
        'resource_scoped_listen_preserves_global_filters_for_other_backends',
        'Asking for a resource of one server leaves what was asked of all',
        'ERA-10',
      ),
      shown(
        'listen_resource_subscriptions_span_multiple_upstreams',
        'One subscription for resources of several servers',
        'ERA-10',
      ),
      shown(
        'multiplexed_pong_routes_to_pinging_upstream',
        'The answer to a request of a server reaches that server',
        'FED-9',
        'FED-10',
      ),
      shown(
        'elicitation_roundtrip_completes_tool_call',
        'A question to the user within a call',
        'FED-9',
      ),
    ],
  },
  {
    name: 'authorization',
    behaviours: [
      ...['tool', 'prompt', 'resource'].map(kind =>
        shown(
          `authorization_denied_returns_unknown_${kind}_error`,
          `A ${kind} that is denied is answered as one that nobody knows`,
          'RULE-5',
        ),
      ),
      shown(
        'authorization_deny_specific_tool_filters_only_that_tool',
        'A deny rule about one tool hides that one',
        'RULE-1',
        'RULE-5',
      ),
      shown(
        'authorization_deny_with_request_header_filters_per_agent',
        'Rules may read headers of the request',
        'RULE-1',
      ),
      shown(
        'task_methods_respect_mcp_authorization_deny_policy',
        'Rules hold for tasks',
        'RULE-1',
        'ERA-7',
      ),
      elsewhere(
        'apps_rbac_denied_ui_resource_strips_tool_meta',
        'The link of a tool to a user interface that is denied is taken out',
        'What servers write about their tools is not edited; reading the user interface is refused like any resource (RULE-5)',
      ),
      elsewhere(
        'mcp_authentication_early_response_transformation_has_request_context',
        'Refusals can be rewritten by transformations',
        '`transformations` is refused by name (CFG-5); refusals have the form that clients need',
      ),
    ],
  },
  {
    name: 'around the protocol',
    behaviours: [
      shown('dns_rebinding_*', 'Foreign hosts and origins are refused', 'EDGE-5', 'EDGE-6'),
      elsewhere(
        'tool_call_exposes_payload_fields_to_access_log_cel',
        'Expressions put parts of a call into the access log',
        'The access log has fixed fields and never arguments (OPS-1, OPS-2)',
      ),
      shown('mcp_local_ratelimit', 'A limit that is used up', 'LIMIT-1'),
      elsewhere('mcp_extauth_deny', 'Another service denies', EXTERNAL),
      elsewhere('mcp_remote_ratelimit_deny', 'Another service limits', EXTERNAL),
    ],
  },
  {
    name: 'failures',
    behaviours: [
      shown('test_zero_targets_fail_closed', 'failClosed needs a target', 'FED-14'),
      shown('test_zero_targets_fail_open', 'failOpen does without', 'FED-14'),
      shown(
        'test_setup_partial_success_fail_open',
        'With failOpen a session begins with the servers that answer',
        'FED-14',
      ),
      shown('test_all_targets_fail_open_still_errors', 'It fails when none does', 'FED-14'),
      shown('test_runtime_fanout_fail_open*', 'Lists go on with the others', 'FED-14', 'FED-24'),
      shown(
        'test_fanout_deletion_fail_open_skips_failed_upstreams',
        'A session ends although a server is gone',
        'FED-18',
      ),
    ],
  },
  {
    name: 'guardrails',
    behaviours: [
      elsewhere('mcp_guardrails_*', 'Another service checks requests and results', GUARDRAILS),
    ],
  },
]
