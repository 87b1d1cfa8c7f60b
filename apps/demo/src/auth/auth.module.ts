import { randomBytes } from 'node:crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import type { DemoSettings } from '../demo.settings.js';
import { AuthController } from './auth.controller.js';
import { UserDirectory } from './user-directory.js';

/** Log-in and what the guards of every other module need. */
@Module({ controllers: [AuthController] })
export class AuthModule {
  static with({ jwtSecret, password }: Pick<DemoSettings, 'jwtSecret' | 'password'>): DynamicModule {
    const tokens = JwtModule.register({
      global: true,
      secret: jwtSecret ?? randomBytes(32).toString('base64url'),
      signOptions: { algorithm: 'HS256', expiresIn: '1h' },
      verifyOptions: { algorithms: ['HS256'] },
    });
    return {
      module: AuthModule,
      imports: [tokens],
      providers: [{ provide: UserDirectory, useFactory: () => new UserDirectory(password) }],
    };
  }
}
