import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsNotEmpty, IsString, MaxLength } from 'class-validator';

const EFFECTS = ['allow', 'deny'] as const;

/** What a policy says. */
export class PolicyDto {
  @ApiProperty({ example: 'No deployments on Fridays' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly title!: string;

  @ApiProperty({ enum: EFFECTS, example: 'deny' })
  @IsIn(EFFECTS)
  readonly effect!: (typeof EFFECTS)[number];

  @ApiProperty({ type: [String], example: ['deploy.production'] })
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(64, { each: true })
  readonly actions!: readonly string[];
}
