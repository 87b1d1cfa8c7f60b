import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsNotEmpty, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

const ENVIRONMENTS = ['development', 'staging', 'production'] as const;

/** What is to be deployed, and where. */
export class NewDeploymentDto {
  @ApiProperty({ example: 'billing' })
  @Matches(/^[A-Za-z0-9][\w.-]{0,63}$/, { message: 'agentId must be 1 to 64 letters, digits, dots and dashes' })
  readonly agentId!: string;

  @ApiProperty({ enum: ENVIRONMENTS, example: 'production' })
  @IsIn(ENVIRONMENTS)
  readonly environment!: (typeof ENVIRONMENTS)[number];

  @ApiProperty({ example: '1.4.2' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(64)
  readonly version!: string;

  /** Goes to the record's details, where secrets in it are hidden. */
  @ApiPropertyOptional({ type: Object, example: { replicas: 3, database: { password: 'never recorded' } } })
  @IsOptional()
  @IsObject()
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Why a deployment failed or is taken back. */
export class DeploymentEndDto {
  @ApiPropertyOptional({ example: 'Health checks did not pass' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly reason?: string;
}
