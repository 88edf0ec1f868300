import 'reflect-metadata';
import {
  Controller,
  HttpCode,
  Injectable,
  Module,
  NotFoundException,
  Post,
  Query,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { Redis } from 'ioredis';
import { Logger, LoggerModule } from 'nestjs-pino';

const { PORT, REDIS_URL = '', KEY_PREFIX = '' } = process.env;

class ResolveSessionQuery {
  @Matches(/^[\w.~-]{1,256}$/)
  sessionId!: string;

  @IsIn(['HTTP', 'QUIC'])
  transport!: string;

  @IsOptional()
  clientIpAddress?: string;
}

@Injectable()
class SessionsService {
  private readonly redis = new Redis(REDIS_URL);

  async resolve(sessionId: string): Promise<unknown> {
    const answer = await this.redis.get(KEY_PREFIX + sessionId);
    if (answer === null) throw new NotFoundException();
    return JSON.parse(answer);
  }
}

@Controller()
class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('resolveSession')
  @HttpCode(200)
  resolve(@Query() { sessionId }: ResolveSessionQuery): Promise<unknown> {
    return this.sessions.resolve(sessionId);
  }
}

@Module({
  imports: [LoggerModule.forRoot()],
  controllers: [SessionsController],
  providers: [SessionsService],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { bufferLogs: true });
  app.useLogger(app.get(Logger));
  app.useGlobalPipes(new ValidationPipe({ transform: true }));
  await app.listen(Number(PORT), '127.0.0.1');
}

void main();
