using System.Collections;
using System.Management.Automation;
using System.Reflection;
using Gitproc.PowerShell.Completion;

namespace Gitproc.PowerShell.Commands;

/// <summary>
/// <c>gitproc</c> and <c>gp</c>: runs the cmdlet behind the first word or the first two words. The parameters of that
/// cmdlet are dynamic parameters here, so that PowerShell binds and completes them as it does for the cmdlet itself.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "Gitproc", HelpUri = HelpPage.Folder + "Invoke-Gitproc.md")]
[Alias("gitproc")]
[OutputType(typeof(object))]
public sealed class InvokeGitprocCommand : PSCmdlet, IDynamicParameters, IDisposable
{
    private SteppablePipeline? _pipeline;
    private bool _isDone;

    /// <summary>The first word.</summary>
    [Parameter(Position = 0, DontShow = true)]
    [ArgumentCompleter(typeof(ShortCommandCompleter))]
    public object? Command { get; set; }

    /// <summary>The second word, or the first argument of the command.</summary>
    [Parameter(Position = 1, DontShow = true)]
    [ArgumentCompleter(typeof(ShortCommandCompleter))]
    public object? Argument { get; set; }

    /// <summary>The command's input from the pipeline.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public PSObject? InputObject { get; set; }

    // Read again each time, because binding goes on: PowerShell can bind a word that follows a dynamic parameter only
    // after it knows that parameter.
    private ShortCommandLine Line =>
        new(MyInvocation, input: null, IsItem, (nameof(Command), Command), (nameof(Argument), Argument));

    /// <inheritdoc/>
    public object GetDynamicParameters() => ShortCommandParameters.Of(Line, InvokeCommand);

    /// <inheritdoc/>
    public void Dispose() => _pipeline?.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        var line = Line;
        if (!line.DependsOnInput)
            Start(line);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_isDone)
            return;
        if (_pipeline is null)
            Start(new ShortCommandLine(MyInvocation, InputObject, IsItem));
        if (MyInvocation.ExpectingInput)
            _pipeline!.Process(InputObject);
        else
            _pipeline!.Process();
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => _pipeline?.End();

    private void Start(ShortCommandLine line)
    {
        if (line.Refusal() is { } refusal)
            ThrowTerminatingError(refusal);
        if (line.Target == ShortCommandLine.Version)
        {
            _isDone = true;
            WriteObject(typeof(InvokeGitprocCommand).Assembly
                .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                .InformationalVersion);
            return;
        }

        if (ShortCommands.Pipeline is null)
            ThrowTerminatingError(ShortCommands.Constrained());
        var target = InvokeCommand.GetCommand(line.Target, CommandTypes.Cmdlet | CommandTypes.Function);
        var arguments = line.Arguments(target, name => (GetVariableValue(name) as ICollection)?.Count ?? 1);
        if (arguments.Refusal is { } refused)
            ThrowTerminatingError(refused);
        _pipeline = ShortCommands.Pipeline!.GetSteppablePipeline(
            MyInvocation.CommandOrigin,
            [line.Target, arguments.Positional.ToArray(), arguments.Named]);
        // Uses this cmdlet's streams, so that errors reach the caller's -ErrorVariable.
        _pipeline.Begin(this);
    }

    private bool IsItem(string path)
    {
        try
        {
            return InvokeProvider.Item.Exists(path);
        }
        catch (Exception e) when (e is RuntimeException or NotSupportedException)
        {
            // Get-ItemProperty reports what is wrong with the path.
            return true;
        }
    }
}
