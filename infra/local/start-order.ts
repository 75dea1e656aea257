import { serverNames, serviceNames } from '../../config/stack-file.schema.ts';
import type { ServerName, ServiceName } from '../../config/stack-file.schema.ts';
import type { PortName } from './ports.ts';
import { StackError } from './stack-error.ts';

const needs: Readonly<Partial<Record<ServiceName, readonly ServerName[]>>> = { mlflow: ['postgres', 'seaweedfs'] };
/** The sampler and the workers need all the data; MLflow they reach with retries, so nobody waits for its slow start. */
const ownNeed: readonly ServerName[] = ['postgres', 'seaweedfs', 'temporal'];

export function isServer(name: ServiceName): name is ServerName {
  return serverNames.some((server) => server === name);
}

/** What must be ready before this one is started. */
export function needsOf(name: ServiceName): readonly ServerName[] {
  return needs[name] ?? (isServer(name) ? [] : ownNeed);
}

/** Ours go first, then what they write to, the databases last. Each inner list stops at once. */
export function stopOrder(): readonly (readonly ServiceName[])[] {
  return [serviceNames.filter((name) => !isServer(name)), ['mlflow'], ['temporal', 'seaweedfs', 'postgres']];
}

/** The ports that a service listens on. */
export const portsOf: Readonly<Partial<Record<ServiceName, readonly PortName[]>>> = {
  postgres: ['postgres'],
  seaweedfs: ['s3', 's3-grpc', 's3-master', 's3-master-grpc', 's3-volume', 's3-volume-grpc', 's3-filer', 's3-filer-grpc'],
  temporal: ['temporal', 'temporal-ui', 'temporal-http', 'temporal-metrics'],
  mlflow: ['mlflow'],
  api: ['api'],
};

/** @throws StackError when a chosen service needs one that was left out */
export function checkChoice(chosen: readonly ServiceName[]): void {
  for (const name of chosen) {
    const missing = needsOf(name).filter((need) => !chosen.includes(need));
    if (missing.length > 0) throw new StackError(`${name} needs ${missing.join(' and ')}: start them too`);
  }
}
