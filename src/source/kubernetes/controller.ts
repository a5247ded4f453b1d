/** `controllerName` in GatewayClasses, and in what the gateway writes into statuses. */
export const CONTROLLER = 'portcullis.dev/gateway-controller'
