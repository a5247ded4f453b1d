{{- define "portcullis.name" -}}
{{- default .Release.Name .Values.name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "portcullis.selector" -}}
app.kubernetes.io/name: portcullis
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "portcullis.labels" -}}
{{ include "portcullis.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* The file of --settings. Running calls have what preStop leaves of the grace period, and a little less. */}}
{{- define "portcullis.settings" -}}
{{- $drain := printf "%ds" (max 1 (sub .Values.terminationGracePeriodSeconds 8)) -}}
{{- dict "config" (merge (dict) .Values.config (dict "connectionTerminationDeadline" $drain)) | toYaml -}}
{{- end -}}

{{/* What the gateway reads of a namespace. */}}
{{- define "portcullis.readRules" -}}
- apiGroups: [""]
  resources: [services, secrets, configmaps]
  verbs: [get, list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [get, list, watch]
- apiGroups: [gateway.networking.k8s.io]
  resources: [gateways, httproutes, referencegrants]
  verbs: [get, list, watch]
- apiGroups: [agentgateway.dev]
  resources: [agentgatewaybackends, agentgatewaypolicies]
  verbs: [get, list, watch]
- apiGroups: [kuadrant.io]
  resources: [authpolicies]
  verbs: [get, list, watch]
- apiGroups: [mcp.kuadrant.io]
  resources: [mcpserverregistrations, mcpgatewayextensions, mcpvirtualservers]
  verbs: [get, list, watch]
{{- end -}}

{{/* And what it writes there: statuses, nothing else. */}}
{{- define "portcullis.statusRules" -}}
- apiGroups: [gateway.networking.k8s.io]
  resources: [gateways/status, httproutes/status]
  verbs: [patch]
- apiGroups: [agentgateway.dev]
  resources: [agentgatewaybackends/status, agentgatewaypolicies/status]
  verbs: [patch]
- apiGroups: [kuadrant.io]
  resources: [authpolicies/status]
  verbs: [patch]
- apiGroups: [mcp.kuadrant.io]
  resources: [mcpserverregistrations/status, mcpgatewayextensions/status, mcpvirtualservers/status]
  verbs: [patch]
{{- end -}}
