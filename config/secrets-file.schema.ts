import { z } from 'zod';

const secret = z.string().min(16);

/** Made once per state folder by the supervisor; good only on this machine's loopback addresses. */
export const secretsFileSchema = z.object({
  postgresPassword: secret,
  s3AccessKeyId: secret,
  s3SecretAccessKey: secret,
  apiKey: secret,
});
export type Secrets = z.infer<typeof secretsFileSchema>;
