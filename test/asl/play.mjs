// Plays a state machine of the queued path, as far as the Amazon States Language
// says what happens, with JSONata's reference implementation: states of type Pass,
// Task, Choice, Wait, Succeed and Fail; tasks are functions given by the caller,
// and time passes at once. A missing value ends an execution, as in Step
// Functions.
import jsonata from "jsonata";

export class TaskFailed extends Error {
  constructor(error, cause) {
    super(error);
    this.error = error;
    this.cause = cause;
  }
}

const limit = 256 * 1024; // bytes of a payload, and of the variables set at once

/** Tells whether a retrier or catcher is for an error. */
const catches = (rule, e) => rule.ErrorEquals.includes("States.ALL") || rule.ErrorEquals.includes(e.error);

export class Execution {
  variables = {};
  seconds = 0; // waited
  visited = [];
  tasks = []; // {resource, arguments, at}

  /** reply(resource, arguments, execution) gives a task's result or throws TaskFailed. */
  constructor(definition, reply) {
    Object.assign(this, { definition, reply });
  }

  async evaluate(value, states) {
    if (Array.isArray(value)) return Promise.all(value.map((v) => this.evaluate(v, states)));
    if (value !== null && typeof value === "object") {
      const entries = await Promise.all(Object.entries(value).map(async ([k, v]) => [k, await this.evaluate(v, states)]));
      return Object.fromEntries(entries);
    }
    const found = typeof value === "string" && /^\{%([\s\S]*)%\}$/.exec(value);
    if (!found) return value;
    const result = await jsonata(found[1]).evaluate(undefined, { ...structuredClone(this.variables), states });
    if (result === undefined) throw new Error(`States.QueryEvaluationError: nothing from ${found[1]}`);
    return JSON.parse(JSON.stringify(result)); // JSONata marks its arrays
  }

  async assign(state, states) {
    if (!state.Assign) return;
    const values = await this.evaluate(state.Assign, states);
    if (Buffer.byteLength(JSON.stringify(values)) > limit) throw new Error("States.DataLimitExceeded: variables");
    Object.assign(this.variables, values);
  }

  async task(state, states) {
    const given = await this.evaluate(state.Arguments, states);
    if (Buffer.byteLength(JSON.stringify(given)) > limit) throw new Error("States.DataLimitExceeded: arguments");
    for (let attempt = 1; ; attempt++) {
      this.tasks.push({ resource: state.Resource.split(":::")[1], arguments: given, at: this.seconds });
      try {
        return await this.reply(state.Resource.split(":::")[1], given, this);
      } catch (e) {
        // A task is tried by one retrier here: errors do not change between attempts.
        const retrier = e instanceof TaskFailed && state.Retry?.find((r) => catches(r, e));
        if (!retrier || attempt > retrier.MaxAttempts) throw e;
        this.seconds += retrier.IntervalSeconds * retrier.BackoffRate ** (attempt - 1);
      }
    }
  }

  /** Gives "SUCCEEDED" or "FAILED"; throws where Step Functions would end with States.Runtime and the like. */
  async run(input) {
    let name = this.definition.StartAt;
    for (let steps = 0; steps < 100; steps++) {
      const state = this.definition.States[name];
      if (!state) throw new Error(`there is no state ${name}`);
      this.visited.push(name);
      const states = { input, context: { Execution: { Name: "played" } } };
      let next = state.Next;
      switch (state.Type) {
        case "Succeed":
          return "SUCCEEDED";
        case "Fail":
          this.error = await this.evaluate(state.Error, states);
          return "FAILED";
        case "Pass":
          await this.assign(state, states);
          break;
        case "Wait": {
          const seconds = await this.evaluate(state.Seconds, states);
          if (!Number.isInteger(seconds) || seconds < 0) throw new Error(`a wait of ${seconds}`);
          this.seconds += seconds;
          await this.assign(state, states);
          break;
        }
        case "Choice": {
          next = state.Default;
          for (const choice of state.Choices) {
            const holds = await this.evaluate(choice.Condition, states);
            if (typeof holds !== "boolean") throw new Error(`States.QueryEvaluationError: ${choice.Condition} is ${holds}`);
            if (holds) {
              next = choice.Next;
              break;
            }
          }
          break;
        }
        case "Task":
          try {
            states.result = await this.task(state, states);
            await this.assign(state, states);
          } catch (e) {
            const caught = e instanceof TaskFailed && state.Catch?.find((c) => catches(c, e));
            if (!caught) throw e;
            states.errorOutput = { Error: e.error, ...(e.cause === undefined ? {} : { Cause: e.cause }) };
            await this.assign(caught, states);
            next = caught.Next;
          }
          break;
        default:
          throw new Error(`a state of type ${state.Type}`);
      }
      input = state.Output === undefined ? input : await this.evaluate(state.Output, states);
      name = next;
    }
    throw new Error("the execution does not end");
  }
}
