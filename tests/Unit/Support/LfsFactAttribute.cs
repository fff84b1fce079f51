namespace Gitproc.Unit.Support;

/// <summary>A test that is skipped where there is no git-lfs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LfsFactAttribute : FactAttribute
{
    public LfsFactAttribute()
    {
        if (ProgramPath.Find("git-lfs") is null)
            Skip = "git-lfs is not installed.";
    }
}
