import { elsewhere, type Suite, shown } from './behaviour.ts'

const OWN_DOCUMENTS =
  'Documents of a route are served by the table of its own paths, so there is no path to take apart; foreign ones are 404 (EDGE-15)'
const NO_EMPTY_REGISTRATION =
  'A registration without redirect URIs cannot log anybody in: it is refused with the OAuth error that says what is missing, also where one client stands for all (RELAY-4, RELAY-5)'

/** The tests of agentgateway about authentication, by the names that they have there. */
export const agentgatewayAuth: readonly Suite[] = [
  {
    name: 'metadata',
    behaviours: [
      shown(
        'request_uri_for_oauth_metadata_uses_x_forwarded_proto',
        'Behind a proxy URLs have the scheme that the client uses',
        'EDGE-12',
      ),
      shown(
        'authorization_server_issuer_matches_metadata_request',
        'The issuer is the one that the URL of the metadata implies',
        'RELAY-1',
      ),
      shown(
        'authorization_server_issuer_uses_forwarded_scheme',
        'With the scheme that a proxy names',
        'EDGE-12',
        'RELAY-1',
      ),
      elsewhere(
        'authorization_server_issuer_ignores_unexpected_path',
        'An unexpected path does not become an issuer',
        OWN_DOCUMENTS,
      ),
      shown(
        'authorization_server_issuer_supports_legacy_suffix_form',
        'Metadata is found where older clients look',
        'RELAY-1',
      ),
      shown(
        'authorization_server_metadata_replaces_or_inserts_issuer',
        'The metadata names the gateway',
        'MODE-4',
        'RELAY-1',
      ),
      elsewhere(
        'authorization_server_metadata_preserves_issuer_without_provider',
        'Without a provider the metadata of the issuer is handed on',
        'Without `provider` clients deal with the issuer itself, and the gateway serves no metadata of it (MODE-2)',
      ),
      shown(
        'authorization_server_metadata_rejects_non_object',
        'Metadata of a provider that is no object is not used',
        'ODD-4',
      ),
      shown(
        'well_known_endpoint_requires_root_and_slash_delimited_suffix',
        'Well-known paths match whole segments from the root',
        'EDGE-15',
        'META-1',
      ),
    ],
  },
  {
    name: 'challenge',
    behaviours: [
      ...['for_root_path', 'when_path_matches_host_prefix', 'for_non_matching_path'].map(name =>
        shown(
          `www_authenticate_resource_metadata_preserves_authority_${name}`,
          'The challenge names the metadata under the public host, whatever the path',
          'CHAL-2',
          'EDGE-13',
        ),
      ),
      shown(
        'auth_required_response_accepts_configured_resource_with_path',
        'A configured resource with a path is what the challenge leads to',
        'META-2',
        'CHAL-2',
      ),
    ],
  },
  {
    name: 'registration with one client for all',
    behaviours: [
      shown(
        'mock_dcr_echoes_redirect_uris_and_overrides_client_id',
        'The answer has the redirect URIs that were asked for and an id of the gateway',
        'RELAY-4',
      ),
      shown(
        'mock_dcr_overrides_client_id_if_client_submitted_one',
        'An id that the client sends is not taken over',
        'RELAY-4',
      ),
      elsewhere('mock_dcr_handles_empty_body', 'An empty body', NO_EMPTY_REGISTRATION),
      shown(
        'mock_dcr_handles_malformed_json',
        'A body that is no JSON is an error of OAuth',
        'ODD-1',
      ),
      shown('mock_dcr_handles_non_object_body', 'So is JSON that is no object', 'ODD-1'),
    ],
  },
  {
    name: 'Entra ID',
    behaviours: [
      shown(
        'entra_authorize_strips_resource_param',
        'The provider does not see `resource`',
        'ODD-5',
      ),
      elsewhere(
        'entra_authorize_without_query_redirects_to_bare_endpoint',
        'Without a query the browser is sent on all the same',
        'A request without a client is answered by a page and goes nowhere (RELAY-8)',
      ),
      shown('entra_token_rejects_non_post_methods', 'The token endpoint takes POST only', 'ODD-3'),
      shown(
        'parse_entra_token_form_removes_resource_and_detects_client_secret',
        'The token request goes on without `resource`, with the secret that is configured',
        'ODD-5',
      ),
      shown(
        'entra_client_secret_only_attaches_to_user_delegated_grants',
        'The secret of the gateway serves logins and refreshes only',
        'ODD-2',
      ),
    ],
  },
  {
    name: 'tokens',
    behaviours: [
      shown('modes', 'strict, optional, permissive', 'MODE-1'),
      shown('locations', 'Tokens in another header, in the query, in a cookie', 'TOKEN-14'),
      shown('required claims', 'Claims that have to be there', 'TOKEN-17'),
      shown('several providers', 'Tokens of several issuers', 'KEY-3', 'MODE-1'),
      shown('algorithms', 'The algorithm is that of the key', 'TOKEN-1', 'TOKEN-3'),
      shown(
        'mcp_authentication_runs_in_route_policy_path',
        'Authentication is a policy of the route and comes before its backend',
        'CHAL-1',
      ),
      shown('validate_examples', 'Every example loads', 'CFG-14'),
    ],
  },
]
